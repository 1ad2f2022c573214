"""MongoDB: the same dataset files as for SQL, with dotted columns for what lies inside documents."""
