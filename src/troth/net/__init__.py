"""The one guarded way out: the HTTP client with its address guard and limits."""
