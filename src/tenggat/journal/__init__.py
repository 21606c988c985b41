"""What happened: one event per change of a participation, one act per act of the programme; rows are only added."""
