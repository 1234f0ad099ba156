"""Parts of the script that builds the Chongqing pack from its sources and hand-written tables."""
