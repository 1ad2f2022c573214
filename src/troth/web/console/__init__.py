"""Console pages that span rooms: one page a module, each behind `staff_only`."""
