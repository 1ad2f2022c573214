"""Settings, addresses, shared templates, the one stylesheet, and the console pages that span rooms."""
