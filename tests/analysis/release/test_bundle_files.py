"""A bundle is packed the same way each time, and read without trusting it."""

import io
import stat
import zipfile

import pytest

from analysis.release import container
from analysis.release.container import opened, packed
from analysis.release.findings import BundleError

FILES = {"b.csv": b"x\n1\n", "a/c.json": b"{}\n"}


def zip_with(path, *members):
    """A zip with (name or ZipInfo, content) as given."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path


def link(name):
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return info


def refused(path):
    with pytest.raises(BundleError) as caught:
        opened(path)
    return str(caught.value)


def test_equal_files_give_equal_bytes_and_come_back_in_order(tmp_path):
    assert packed(FILES) == packed(dict(FILES))
    (tmp_path / "b.zip").write_bytes(packed(FILES))
    assert list(opened(tmp_path / "b.zip").items()) == list(FILES.items())


def test_a_folder_is_read_like_the_zip(tmp_path):
    for name, content in FILES.items():
        (tmp_path / "f" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "f" / name).write_bytes(content)
    assert opened(tmp_path / "f") == FILES


@pytest.mark.parametrize(
    "name", ["../up.csv", "/etc/passwd", "a//b", "C:x", "a\\b", "a/../b", ".hidden", "a b", "đ.csv"]
)
def test_a_name_that_leads_elsewhere_is_refused(tmp_path, name):
    assert "no name of a file of a bundle" in refused(zip_with(tmp_path / "b.zip", (name, b"1")))


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("second", ["a.csv", "A.csv"])
def test_a_name_that_stands_twice_is_refused(tmp_path, second):
    assert "stands twice" in refused(zip_with(tmp_path / "b.zip", ("a.csv", b"1"), (second, b"2")))


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path):
    assert "more than a bundle needs" in refused(zip_with(tmp_path / "b.zip", ("a.csv", bytes(50 * 1024**2))))


def test_a_bomb_that_lies_about_its_size_is_not_unpacked(tmp_path):
    content = bytearray(packed({"a.csv": bytes(5 * 1024**2)}))
    place = content.index(b"PK\x01\x02")
    content[place + 24 : place + 28] = (10).to_bytes(4, "little")  # the size in the directory
    (tmp_path / "b.zip").write_bytes(content)
    assert "cannot be unpacked" in refused(tmp_path / "b.zip") or "longer than" in refused(tmp_path / "b.zip")


def test_too_many_files_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(container, "MAX_FILES", 3)
    assert "more than 3 files" in refused(zip_with(tmp_path / "b.zip", *((f"{n}.csv", b"1") for n in range(5))))


def test_links_in_a_zip_or_folder_are_refused(tmp_path):
    assert "is a link" in refused(zip_with(tmp_path / "b.zip", (link("a.csv"), b"/etc/passwd")))
    (tmp_path / "f").mkdir()
    (tmp_path / "f" / "a.csv").symlink_to("/etc/passwd")
    assert "is a link" in refused(tmp_path / "f")
    (tmp_path / "l.zip").symlink_to(tmp_path / "b.zip")
    assert "a link" in refused(tmp_path / "l.zip")


@pytest.mark.parametrize("content", [b"", b"PK", b"no zip at all", packed(FILES)[:-30], packed({})])
def test_what_is_no_zip_is_told(tmp_path, content):
    (tmp_path / "b.zip").write_bytes(content)
    assert "b.zip" in refused(tmp_path / "b.zip")


def test_an_encrypted_member_is_refused(tmp_path):
    content = bytearray(packed({"a.csv": b"1\n"}))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "b.zip").write_bytes(content)
    assert "is encrypted" in refused(tmp_path / "b.zip")


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_a_member_packed_in_another_way_is_refused_before_it_is_unpacked(tmp_path, method):
    with zipfile.ZipFile(tmp_path / "b.zip", "w", method) as archive:
        archive.writestr("a.csv", b"1\n")
    content = bytearray((tmp_path / "b.zip").read_bytes())
    content[40] ^= 0xFF
    (tmp_path / "b.zip").write_bytes(content)
    assert "packed in another way" in refused(tmp_path / "b.zip")


@pytest.mark.parametrize("where", ["before", "comment", "extra", "behind", "between"])
def test_bytes_that_belong_to_no_file_are_refused(tmp_path, where):
    """Another program may read them as a web page or as a second list of files."""
    path = tmp_path / "b.zip"
    good = packed(FILES)
    first = packed({"b.csv": FILES["b.csv"]})
    cut = first.index(b"PK\x01\x02")
    made = {"before": b"<script>" + good, "behind": good[:-22] + b"<script>" + good[-22:]}
    made["between"] = good[:cut] + b"<script>" + good[cut:]
    path.write_bytes(made.get(where, good))
    if where in ("comment", "extra"):
        with zipfile.ZipFile(path, "a") as archive:
            archive.comment = b"<script>" if where == "comment" else b""
            if where == "extra":
                info = zipfile.ZipInfo("c.csv")
                info.extra = b"\xfe\xca\x04\x00abcd"
                archive.writestr(info, b"1")
    assert "belong to no file" in refused(path) or "cannot be unpacked" in refused(path)


def test_a_damaged_byte_in_the_packing_never_gives_other_content(tmp_path):
    content = b"1234567890" * 30
    good = packed({"a.csv": content})
    refusals = 0
    for place in range(len(good)):
        (tmp_path / "b.zip").write_bytes(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :])
        try:
            files = opened(tmp_path / "b.zip")
        except BundleError:
            refusals += 1
        else:
            assert list(files.values()) == [content]  # a bit that carries no content
    assert refusals > 50


def test_every_reason_is_listed_at_once(tmp_path):
    told = refused(zip_with(tmp_path / "b.zip", ("../up", b"1"), (link("a.csv"), b"x"), (".hidden", b"2")))
    assert told.count("\n") == 2


def test_the_zip_tells_no_time_and_no_owner():
    with zipfile.ZipFile(io.BytesIO(packed(FILES))) as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {member.extra for member in archive.infolist()} == {b""}
