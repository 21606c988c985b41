"""Common given names of Indonesia, put together at random: whoever is called so is not meant."""

from itertools import product

_WOMEN = """
    Siti Sri Dewi Nur Rina Wati Yuni Fitri Indah Ratna Lina Maya Ayu Putri Intan Mega Dian Eka Tri Novi Rini Yanti
    Tuti Endang Kartika Wulan Sari Lestari Anita Diah Nia Tari Yulia Vina Desi Elis Euis Neneng Lilis Imas Ani Ida
    Made Ketut Komang Luh Aisyah Khadijah Zahra Salma Halimah Rahma Nabila Hana Maria Theresia Yohana Marlina
    Rosmawati Nurhayati Hasnah Mariana Yosefina Debora
"""
_WOMEN_SECOND = """
    Lestari Wahyuni Rahayu Handayani Astuti Anggraini Puspita Permata Utami Sari Wulandari Maharani Kusuma Pratiwi
    Safitri Hidayati Nurjanah Kurniawati Susanti Setiawati Purnama Rahmawati Fitriani Oktaviani Febrianti Apriliani
    Juniarti Agustina Septiani Novitasari Amelia Melati Cempaka Kencana Mulyani Suryani Hartati Sulastri Rohani
    Marlinda Yuliana Damayanti Widyastuti Paramita Larasati Ningsih Ningrum Aryani Andayani Salsabila Azzahra
    Khairunnisa Nasution Siregar Simanjuntak Tarigan Hasibuan Pane Tampubolon Manurung Lubis Ginting Pohan Rambe
"""
_MEN = """
    Agus Budi Slamet Bambang Eko Joko Dwi Tri Adi Andi Rudi Hendra Dedi Asep Ujang Cecep Dadang Iwan Yusuf Ahmad
    Muhammad Abdul Rizki Fajar Bayu Dimas Galih Ilham Reza Arif Taufik Hasan Umar Ridwan Rahmat Sigit Wahyu Yanto
    Teguh Imam Nanang Wayan Made Nyoman Ketut Gede Putu Petrus Yohanes Stefanus Markus Daniel Samuel Rinto Togar
    Parlin Syahrul Zul Baharuddin Rusli Darwis Herman Frans Lukas
"""
_MEN_SECOND = """
    Santoso Wibowo Saputra Setiawan Kurniawan Hidayat Nugroho Prasetyo Susanto Wijaya Gunawan Hartono Purnomo
    Suryadi Firmansyah Ramadhan Maulana Permana Pratama Nugraha Hermawan Supriyadi Suparman Sutrisno Haryanto
    Budiman Iskandar Syahputra Hakim Rahman Fauzi Anwar Effendi Yulianto Irawan Darmawan Mulyadi Suhendra Saefudin
    Kusnadi Sudrajat Sulaiman Ibrahim Ismail Arifin Nasution Siregar Simanjuntak Tarigan Hasibuan Sitorus Panjaitan
    Manurung Lubis Ginting Harahap Rumbiak Wenda Latuconsina Pattiasina Mandagi Lumentut Tandiono Purba
"""


def full_names() -> tuple[list[str], list[str]]:
    """Give women's and men's full names, 4,096 each."""
    return _joined(_WOMEN, _WOMEN_SECOND), _joined(_MEN, _MEN_SECOND)


def _joined(given: str, second: str) -> list[str]:
    return [f"{first} {last}" for first, last in product(given.split(), second.split())]
