"""The Data page in Chromium: leaf through images, ask the doctor, import a zip, good and hostile."""

import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import assert_fits, serving
from tests.conftest import people_folder

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("second browser")]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    people_folder(folder / "people", persons=12)
    return folder


@pytest.fixture(scope="module")
def server(root: Path) -> Iterator[str]:
    with serving(root) as address:
        yield address


def opened(page: Page, server: str, root: Path) -> None:
    page.goto(f"{server}/data?data={quote(f'folder:{root}/people')}")
    expect(page.locator(".rv-grid figure").first).to_be_visible()
    expect(page.locator(".js-plotly-plot").first).to_be_visible()


def test_a_zip_is_imported_and_chosen_and_a_hostile_one_is_not(
    page: Page, server: str, root: Path, tmp_path: Path
) -> None:
    people = people_folder(tmp_path / "others", persons=5)
    good, evil = tmp_path / "good people.zip", tmp_path / "evil.zip"
    with zipfile.ZipFile(good, "w") as made, zipfile.ZipFile(evil, "w") as other:
        for file in sorted(people.rglob("*.png")):
            made.write(file, file.relative_to(tmp_path))
            other.write(file, file.relative_to(tmp_path))
        other.writestr("../../outside.png", b"x")
    opened(page, server, root)
    page.get_by_text("Add a data set").click()
    page.get_by_text("A zip", exact=True).click()
    page.locator("input[type=file]").set_input_files(evil)
    page.get_by_role("button", name="Unpack").click()
    expect(page.get_by_text("leads out of its folder")).to_be_visible()
    expect(page.locator("input[type=file]")).to_have_count(1)
    page.locator("input[type=file]").set_input_files(good)
    expect(page.get_by_label("Name", exact=True)).to_have_value("good people")
    page.get_by_role("button", name="Unpack").click()
    expect(page.get_by_text("20 images of 5 persons by 2 cameras")).to_be_visible()
    page.get_by_role("button", name="Add this data set").click()
    expect(page.get_by_text("Your own folder").first).to_be_visible()
    expect(page.locator(".rv-grid figure")).to_have_count(20)
    assert sorted(p.name for p in (root / "imports").iterdir()) == ["good people", "good people.spec"]
    assert not (root / "outside.png").exists()


def test_anybodys_folders_are_imported_by_what_their_names_tell(page: Page, server: str, root: Path) -> None:
    """As tutorials copy Market-1501, and with file names that begin with a date."""
    source = (root / "people" / "p00" / "A_0.png").read_bytes()
    for part, persons in (("train", (1, 2)), ("query", (3, 4)), ("gallery", (3, 4))):
        for person in persons:
            for camera in (1, 2, 3):
                file = (
                    root / "imports" / "copied" / "pytorch" / part / f"{person:04d}" / f"{person:04d}_c{camera}s1_7.png"
                )
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(source)
                dated = root / "imports" / "dated" / f"{person}" / f"20240105_10{person}{camera}12_gate{camera}_x.png"
                dated.parent.mkdir(parents=True, exist_ok=True)
                dated.write_bytes(source)
    opened(page, server, root)
    page.get_by_text("Add a data set").click()
    expect(page.get_by_text("18 images of 4 persons by 3 cameras, read as market1501:copied")).to_be_visible()
    page.get_by_role("button", name="Add this data set").click()
    expect(page.get_by_text("market1501:copied").first).to_be_visible()
    expect(page.get_by_text("6 probes of 2 persons against a gallery of 6 images")).to_be_visible()
    page.get_by_text("Add a data set").click()
    page.get_by_role("combobox", name="Folder").click()
    page.get_by_role("option", name="dated").click()
    expect(page.get_by_text("12 images of 4 persons by unknown cameras")).to_be_visible()
    page.get_by_role("combobox", name="Cameras and identities").click()
    page.get_by_role("option", name="a part of the name").click()
    page.get_by_label("Part", exact=True).fill("3")
    page.get_by_label("Part", exact=True).press("Enter")
    expect(page.get_by_text("12 images of 4 persons by 3 cameras")).to_be_visible()
    assert_fits(page, "table, .js-plotly-plot, .rv-grid, [data-testid=stDataFrame]")
    page.get_by_role("button", name="Add this data set").click()
    expect(page.get_by_text("folder:dated#names=part:3").first).to_be_visible()


def test_the_doctor_reports_and_shows_images(page: Page, server: str, root: Path) -> None:
    opened(page, server, root)
    page.get_by_role("button", name="Examine").click()
    expect(page.get_by_text("48 images examined")).to_be_visible()
    expect(page.get_by_text("Traceback")).to_have_count(0)


def test_nothing_sticks_out(page: Page, server: str, root: Path) -> None:
    opened(page, server, root)
    assert_fits(page, "table, .js-plotly-plot, .rv-grid")
