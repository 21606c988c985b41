"""An SMSC for tests, proof and bench: SMPP 3.4 over loopback, well or badly behaved, with a ledger of what is true.

It shares no code with the gateway's library, so that neither can hide the other's mistake.
"""

from proof.smsc.behaviour import Behaviour
from proof.smsc.ledger import Ledger, Taken
from proof.smsc.running import Simulated, simulated

__all__ = ["Behaviour", "Ledger", "Simulated", "Taken", "simulated"]
