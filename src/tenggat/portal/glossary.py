"""Officials' words, in plain ones."""

from django.utils.translation import gettext_lazy as _

# Each word stands as it does in letters and news, and is told in one or two short sentences.
TERMS = (
    ("Batas waktu", _("The last moment to buy a first training. Also called tenggat or jatuh tempo.")),
    ("Daftar hitam", _("The list of people who cannot take part again. Also called blacklist.")),
    ("Dicabut", _("Ended by the office, because no training was bought in time.")),
    ("Dukcapil", _("The civil registry, which keeps the data of your identity card and family card.")),
    ("Gelombang", _("A group of people who are selected together. They share one deadline.")),
    ("Insentif", _("Money that is paid to you after your first training is finished.")),
    ("Keberatan", _("Telling the office that a decision about you is wrong, with your reasons.")),
    ("Kepesertaan", _("That you take part in the programme, with a card number, a balance and a deadline.")),
    ("KK", _("The family card (kartu keluarga). Its number has 16 digits.")),
    ("Lembaga pelatihan", _("The school or company that teaches the training you buy.")),
    ("Lolos", _("Selected. From then on you are a recipient, and your time to buy begins.")),
    ("NIK", _("The number of your identity card (KTP). It has 16 digits.")),
    ("OTP", _("A code of one use that is sent to your phone. Never give it to anybody.")),
    ("Pemulihan", _("A revocation is undone, because it turned out to be wrong.")),
    ("Penerima", _("Somebody who was accepted. Also called peserta.")),
    ("Platform", _("A shop on the internet where trainings are sold, recognised by the programme.")),
    ("Saldo pelatihan", _("The money that buys trainings. It cannot be taken out in cash.")),
    ("Voucher", _("A code you get after buying. With it you begin the training.")),
    (
        "WIB, WITA, WIT",
        _("The clocks of western, central and eastern Indonesia. WITA is one hour ahead of WIB, WIT two."),
    ),
)
