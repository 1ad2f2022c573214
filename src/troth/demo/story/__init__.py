"""The story: what visitors and staff do on a whole deployment, each step judged by looking afterwards."""
