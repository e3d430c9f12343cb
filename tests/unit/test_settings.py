"""Settings: refused at the start with the variable named, and secrets out of files."""

from pathlib import Path

import pytest

from tracker.config import SettingsError, read_settings


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example/path",
        "https://a.example/?x=1",
        "https://a.example#x",
        "https://",
        "https://me@a.example",
        "x",
    ],
)
def test_a_public_address_that_is_more_or_less_than_a_host_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match=r"^TRACKER_PUBLIC_URL: "):
        read_settings(public_url=url)


@pytest.mark.parametrize("url", ["", "https://a.example", "https://a.example/", "http://[::1]:8000"])
def test_a_host_is_a_public_address(url: str) -> None:
    assert read_settings(public_url=url).public_url == url


def test_secrets_are_read_from_the_files_that_variables_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {
        "DATABASE_URL": "postgresql+psycopg://tracker:word@db/tracker\n",
        "SECRET_KEY": " the key\n",
        "SECRET_KEY_FALLBACKS": "the one before\n\nthe first\n",
    }
    for name, text in files.items():
        file = tmp_path / name
        file.write_text(text)
        monkeypatch.setenv(f"TRACKER_{name}_FILE", str(file))
    settings = read_settings()
    assert settings.database_url == "postgresql+psycopg://tracker:word@db/tracker"
    assert settings.secret_key is not None
    assert settings.secret_key.get_secret_value() == "the key"
    assert [key.get_secret_value() for key in settings.secret_key_fallbacks] == ["the one before", "the first"]


def test_a_file_of_a_secret_that_cannot_be_used_is_told_without_the_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "key"
    monkeypatch.setenv("TRACKER_SECRET_KEY_FILE", str(file))
    for content, words in ((None, "cannot be read"), (b"\n", "is empty"), (b"\xff\xfe\xff", "cannot be read")):
        if content is not None:
            file.write_bytes(content)
        with pytest.raises(SettingsError, match=words) as refused:
            read_settings()
        assert str(refused.value).startswith(f"TRACKER_SECRET_KEY_FILE: {file}")
    file.write_text("one")
    monkeypatch.setenv("TRACKER_SECRET_KEY", "the other")
    with pytest.raises(SettingsError, match="leave out one of them") as refused:
        read_settings()
    assert "the other" not in str(refused.value)
