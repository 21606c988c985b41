"""What no quick test can show: crashes by the hundred, a model, mutations. See docs/proof.md."""
