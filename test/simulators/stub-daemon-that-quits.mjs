// Stands in for a daemon that dies by itself soon after its start.
process.exit(7);
