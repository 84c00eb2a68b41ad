"""E-mail, handed to a mail server by SMTP (RFC 5321), written as RFC 5322 wants it."""

import re
import smtplib
import ssl
from dataclasses import dataclass
from email.headerregistry import Address as MailAddress
from email.message import EmailMessage
from email.policy import SMTP
from typing import Self

from gridgov.errors import DeliveryDelayedError, DeliveryRefusedError
from gridgov.messages import Address, AddressKind, Capabilities, Message, Receipt, one_line
from gridgov.settings import Settings

_PLAIN = re.compile(r"[^\s@<>(),;:\"\[\]\\\x00-\x1f\x7f]{1,64}@[^\s@<>(),;:\"\[\]\\\x00-\x1f\x7f]{1,255}", re.ASCII)
_TIMEOUT_S = 10.0
_CAN = Capabilities(AddressKind.EMAIL, html=True, digests=True)


@dataclass(frozen=True)
class Email:
    """Carries messages as e-mails.

    Parameters
    ----------
    host, port, security
        The mail server, and how the way to it is secured: ``starttls``, ``tls`` or ``none``.
    sender
        The address that they come from.
    user, password
        The login there, where it wants one.
    timeout_s
        Seconds that one answer of the server may take.
    trusted
        Whom to trust for the server's certificate; the machine's own authorities if None.
    """

    host: str
    port: int
    security: str
    sender: str
    user: str | None = None
    password: str | None = None
    timeout_s: float = _TIMEOUT_S
    trusted: ssl.SSLContext | None = None
    name: str = "email"
    capabilities: Capabilities = _CAN

    @classmethod
    def configured(cls, settings: Settings) -> Self | None:
        """Return the channel as the settings want it, or None without a mail server."""
        if settings.smtp_host is None:
            return None
        password = settings.smtp_password.get_secret_value() if settings.smtp_password else None
        return cls(
            settings.smtp_host,
            settings.smtp_port,
            settings.smtp_security,
            settings.smtp_from,
            settings.smtp_user,
            password,
        )

    def send(self, message: Message, address: Address) -> Receipt:
        """Hand a message to the mail server; the same message always has the same Message-ID.

        Raises
        ------
        DeliveryDelayedError
            If the server is not reachable, too slow, says "later" (4xx), or does not let us in.
        DeliveryRefusedError
            If it says "never" (5xx), or the address is none.
        """
        letter = self._letter(message, address)
        try:
            with self._connected() as server:
                server.send_message(letter, self.sender, [address.value])
        except smtplib.SMTPRecipientsRefused as error:
            raise _answered(*next(iter(error.recipients.values()))) from error
        except smtplib.SMTPAuthenticationError as error:  # ours to mend, so the letters wait
            reason = f"The mail server does not let us in ({error.smtp_code}): check GRIDGOV_SMTP_USER and _PASSWORD."
            raise DeliveryDelayedError(reason) from error
        except smtplib.SMTPResponseException as error:
            raise _answered(error.smtp_code, error.smtp_error) from error
        except (smtplib.SMTPException, OSError) as error:
            reason = f"The mail server at {self.host}:{self.port} cannot be used now: {one_line(str(error))}"
            raise DeliveryDelayedError(reason) from error
        return Receipt(f"accepted as {letter['Message-ID']}")

    def _letter(self, message: Message, address: Address) -> EmailMessage:
        if not address.value.isascii() or not _PLAIN.fullmatch(address.value):
            reason = "This is no e-mail address: correct it in the account."
            raise DeliveryRefusedError(reason, field="email")
        letter = EmailMessage(policy=SMTP)
        letter["From"] = self.sender
        letter["To"] = MailAddress(addr_spec=address.value)
        # An encoded word in it would be decoded on the way, line breaks and all, and break out of its header.
        letter["Subject"] = one_line(message.subject).replace("=?", "= ?")
        letter["Date"] = message.at
        letter["Message-ID"] = f"<{message.id}@{self.sender.rpartition('@')[2]}>"
        letter["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday replies, please
        letter.set_content(message.text)
        if message.html:
            letter.add_alternative(message.html, subtype="html")
        return letter

    def _connected(self) -> smtplib.SMTP:
        if self.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, timeout=self.timeout_s, context=self._context()
            )
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=self.timeout_s)
        try:
            if self.security == "starttls":
                server.starttls(context=self._context())
            if self.user is not None:
                server.login(self.user, self.password or "")
        except BaseException:
            server.close()
            raise
        return server

    def _context(self) -> ssl.SSLContext:
        return self.trusted or ssl.create_default_context()


def _answered(code: int, words: bytes | str) -> DeliveryDelayedError | DeliveryRefusedError:
    said = one_line(words.decode(errors="replace") if isinstance(words, bytes) else words)
    if 500 <= code < 600:
        return DeliveryRefusedError(f"The mail server refused it for good: {code} {said}")
    return DeliveryDelayedError(f"The mail server said later: {code} {said}")
