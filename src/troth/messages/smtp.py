"""The one way to the mail server: Django's SMTP backend, configured by `TROTH_SMTP_URL`."""

import smtplib
import ssl
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from troth import ground
from troth.messages import rules
from troth.messages.seal import Letter

TIMEOUT_S = 15


class MailProblem(Exception):
    """The letter did not leave. `code` says why, without any text of the server (it may repeat the address)."""

    def __init__(self, code: str, consequence: rules.Consequence) -> None:
        super().__init__(f"the letter did not leave: {code}")
        self.code, self.consequence = code, consequence


@dataclass(frozen=True)
class Server:
    """Where letters go, and how."""

    host: str
    port: int
    user: str
    password: str
    tls: bool
    starttls: bool


def parse(url: str) -> Server:
    """`smtp://user:pass@host:port?starttls=1` or `smtps://…` (TLS from the start; default port 465, else 25 or 587).

    Raises ValueError naming what is wrong, without the URL, which holds a password.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("TROTH_SMTP_URL is not smtp://[user:pass@]host[:port][?starttls=1] or smtps://…")
    starttls = parse_qs(parts.query).get("starttls", ["0"])[0] in ("1", "true", "yes")
    tls = parts.scheme == "smtps"
    if tls and starttls:
        raise ValueError("TROTH_SMTP_URL asks for both smtps and starttls: choose one")
    port = parts.port or (465 if tls else 587 if starttls else 25)
    return Server(parts.hostname, port, unquote(parts.username or ""), unquote(parts.password or ""), tls, starttls)


def send(key: str, letter: Letter) -> None:
    """Hand one letter to the configured server; returns when it has accepted it. Raises MailProblem."""
    server = _backend()
    try:
        server.open()
        server.send_messages([_message(key, letter)])
    except Exception as problem:
        raise _named(problem) from None  # the server's own words may hold the address
    finally:
        _hang_up(server)


def _backend() -> EmailBackend:
    try:
        server = parse(ground.settings().smtp_url or "")
    except ValueError:
        raise MailProblem("bad-smtp-url", "fix settings") from None
    return EmailBackend(
        host=server.host,
        port=server.port,
        username=server.user,
        password=server.password,
        use_ssl=server.tls,
        use_tls=server.starttls,
        timeout=TIMEOUT_S,
    )


def _message(key: str, letter: Letter) -> EmailMessage:
    sender = ground.settings().mail_from
    domain = sender.rpartition("@")[2].rstrip(">") or "localhost"
    headers = {"Message-ID": rules.message_id(key, domain), "Auto-Submitted": "auto-generated"}
    return EmailMessage(letter.subject, letter.text, sender, [letter.to], headers=headers)


def _named(problem: Exception) -> MailProblem:
    match problem:
        case smtplib.SMTPRecipientsRefused(recipients=answers):
            code = next(iter(answers.values()))[0]
            return MailProblem(f"recipient-refused-{code}", rules.consequence(code))
        case smtplib.SMTPSenderRefused(smtp_code=code) | smtplib.SMTPAuthenticationError(smtp_code=code):
            return MailProblem(f"sender-or-login-refused-{code}", "retry" if code < 500 else "fix settings")
        case smtplib.SMTPResponseException(smtp_code=code):
            return MailProblem(f"smtp-{code}", rules.consequence(code))
        case smtplib.SMTPNotSupportedError() | ssl.SSLCertVerificationError():
            return MailProblem("tls-or-login-not-possible", "fix settings")
        case OSError():  # smtplib's other errors are among them
            return MailProblem("no-connection", "retry")
    return MailProblem("not-a-letter", "stop")  # it cannot be written as mail: no later try changes that


def _hang_up(server: EmailBackend) -> None:
    try:
        server.close()
    except OSError:  # smtplib's errors are among them
        pass  # the letter is accepted or refused already: a rude goodbye changes neither
