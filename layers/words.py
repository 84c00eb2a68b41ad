"""What a person reads on a map, in both tongues: Chinese first, English at a click."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """One saying in Chinese and in English."""

    zh: str
    en: str

    def as_json(self) -> dict[str, str]:
        """Return both tongues by their codes."""
        return {"zh": self.zh, "en": self.en}
