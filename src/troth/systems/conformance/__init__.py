"""One suite that every vendor's connector passes, with its double, over real HTTP."""
