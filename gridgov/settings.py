"""Every setting, its default and its meaning; each is read from the environment as ``GRIDGOV_<NAME>``."""

import os
from functools import cache
from pathlib import Path
from typing import Literal

from platformdirs import user_cache_path, user_data_path
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


def _default_data_dir() -> Path:
    # PostgreSQL refuses to run as root, and the account it runs under instead cannot look into /root.
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return Path("/var/lib/gridgov")
    return user_data_path("gridgov")


class Settings(BaseSettings):
    """Where things are and how they behave on this installation."""

    model_config = SettingsConfigDict(env_prefix="GRIDGOV_", env_file=None, extra="ignore")

    database_url: str | None = Field(
        default=None,
        description="A PostgreSQL URL to use instead of the private cluster, like postgresql://user@host/gridgov.",
    )
    app_database_url: str | None = Field(
        default=None,
        description="Where database_url is set: the same database under the login gridgov_app, which people act by.",
    )
    positions_exact_days: int = Field(
        default=3, ge=0, le=365, description="After so many days a position of staff tells only a square of 500 m."
    )
    positions_kept_days: int = Field(
        default=30, ge=1, le=365, description="After so many days nothing of a position is left."
    )
    shift_hours: int = Field(default=12, ge=1, le=48, description="After so many hours on duty a shift ends by itself.")
    data_dir: Path = Field(
        default_factory=_default_data_dir,
        description="Where the private cluster keeps its data.",
    )
    cache_dir: Path = Field(
        default_factory=lambda: user_cache_path("gridgov"),
        description="Where what can be made anew is kept: indexes of grid versions.",
    )
    pg_bin: Path | None = Field(
        default=None,
        description="The folder with PostgreSQL's programs, when the search for them should not decide.",
    )
    home_district: str = Field(
        default="370102",
        pattern=r"^\d{6}$",
        description="The district that receives a report which no cell and no address places anywhere else.",
    )
    host: str = Field(default="127.0.0.1", description="The address that the server listens on.")
    port: int = Field(default=8770, ge=1, le=65535, description="The port that the server listens on.")
    jobs_at_once: int = Field(
        default=2, ge=0, le=64, description="Jobs that serving does at the same time; 0 leaves them to `gridgov work`."
    )
    log_level: str = Field(default="INFO", description="The least severe log line that is written.")
    log_json: bool = Field(default=False, description="Whether log lines are JSON, for machines, or text, for people.")
    max_body_bytes: int = Field(
        default=1_048_576, ge=1024, description="The largest request body that the API reads; larger ones get 413."
    )
    rate_per_caller: int = Field(
        default=1_200, ge=0, description="Requests a minute that one caller may send; 0 for any number."
    )
    rate_per_address: int = Field(
        default=6_000, ge=0, description="Requests a minute from one address, of all its callers together; 0 for any."
    )
    evidence_url: str | None = Field(
        default=None,
        description="Where attachments are kept: file:///folder or s3://bucket/prefix; the folder evidence of data_dir "
        "if none. S3 takes its credentials from the AWS_ variables.",
    )
    evidence_endpoint: str | None = Field(
        default=None, description="The address of an S3-compatible store that is not Amazon's."
    )
    evidence_max_bytes: int = Field(
        default=67_108_864, ge=1_048_576, description="The largest attachment that may be announced."
    )
    evidence_day_bytes: int = Field(
        default=2_147_483_648,
        ge=1_048_576,
        description="What one account may announce in 24 hours, all files together.",
    )

    base_map_url: str | None = Field(
        default=None,
        description="A base map of a province that this server fetches for its pages: an address with {z}, {x}, {y} "
        "and maybe {token}, in Web Mercator and WGS 84 or CGCS2000. None leaves the network alone.",
    )
    base_map_token: SecretStr | None = Field(default=None, description="The base map's key, which browsers never see.")
    base_map_name: str = Field(default="", description="What the base map is called in the list of layers.")
    base_map_attribution: str = Field(default="", description="Whom the map names as the base map's source.")

    @property
    def evidence_address(self) -> str:
        """Return where attachments are kept, as a URL."""
        return self.evidence_url or (self.data_dir / "evidence").absolute().as_uri()

    names: str = Field(
        default="",
        description="The names by which other machines call this server, with commas between: grid.example.gov.cn.",
    )
    tls_cert: Path | None = Field(default=None, description="The certificate, with its chain (PEM), to serve by TLS.")
    tls_key: Path | None = Field(default=None, description="The certificate's private key (PEM).")
    https: bool = Field(
        default=False,
        description="Whether to serve by TLS with a certificate of an authority of our own, kept in data_dir.",
    )
    behind_proxy: bool = Field(
        default=False,
        description="Whether a proxy before us terminates TLS and says where requests come from.",
    )
    proxies: str = Field(
        default="127.0.0.1", description="The addresses of such proxies, with commas between; others are not believed."
    )
    session_idle_minutes: int = Field(default=120, ge=1, description="After so many minutes unused a session ends.")
    session_hours: int = Field(default=12, ge=1, le=720, description="After so many hours a session ends in any case.")
    token: SecretStr | None = Field(
        default=None, description="The token by which the command line acts, instead of what `gridgov login` kept."
    )
    oidc_issuer: str | None = Field(
        default=None, description="The issuer of an OpenID Connect single sign-on, as its discovery document names it."
    )
    oidc_client_id: str | None = Field(default=None, description="This installation's client id there.")
    oidc_client_secret: SecretStr | None = Field(default=None, description="Its secret; none for a public client.")
    oidc_claim: str = Field(
        default="preferred_username",
        description="The claim that must be an account's login when somebody signs on for the first time: one that the "
        "provider's people cannot choose or change themselves.",
    )
    smtp_host: str | None = Field(
        default=None, description="The mail server that e-mails are handed to; without one, none are sent."
    )
    smtp_port: int = Field(default=587, ge=1, le=65535, description="The mail server's port.")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="How the way to the mail server is secured: starttls, tls from the start, none."
    )
    smtp_user: str | None = Field(default=None, description="The login at the mail server, where it wants one.")
    smtp_password: SecretStr | None = Field(default=None, description="The password at the mail server.")
    smtp_from: str = Field(default="gridgov@localhost", description="The address that e-mails come from.")
    messages_kept_days: int = Field(
        default=365,
        ge=8,
        le=3_650,
        description="After so many days notices are forgotten, with their places in inboxes and their deliveries.",
    )
    webhook_hosts: str = Field(
        default="",
        description="Hosts of this network (host or host:port, with commas) that webhooks may reach, also without TLS.",
    )


@cache
def settings() -> Settings:
    """Return this process's settings, read once."""
    return Settings()
