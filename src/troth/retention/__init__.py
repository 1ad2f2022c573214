"""Due days, sweeps of logs and recordings, reviews of what is kept until unneeded."""
