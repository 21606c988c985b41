"""The participant's door: pages for a cheap phone on a bad network, whole without JavaScript."""
