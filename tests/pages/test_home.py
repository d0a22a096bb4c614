from streamlit.testing.v1 import AppTest

from tests.pages.conftest import settled


def texts(app: AppTest) -> str:
    return "\n".join(str(e.value) for e in [*app.title, *app.markdown, *app.caption, *app.info, *app.warning])


def test_home_shows_every_reading_with_its_figures(app: AppTest) -> None:
    settled(app)
    assert not app.exception
    assert app.title[0].value == "reidviz"
    table = app.table[0].value
    assert list(table.index) == ["mtdnet-rnk", "mtdnet-cls", "mtdnet", "mtdtrp"]
    assert {"mAP", "mINP"} <= set(table.columns)
    assert (table.filter(like="20") == 100).all(axis=None)
    shown = texts(app)
    assert "6 probes" in shown
    assert "half:0" in shown


def test_home_says_when_no_model_is_chosen(app: AppTest) -> None:
    settled(app)
    app.sidebar.multiselect(key="models").set_value([]).run()
    assert not app.exception
    assert "Choose at least one model" in app.info[0].value


def test_a_model_tested_on_its_training_persons_is_flagged(app: AppTest) -> None:
    app.query_params["protocol"] = "half:5"
    settled(app)
    assert not app.exception
    assert any("may have been among the training persons" in w.value for w in app.warning)


def test_wrong_data_gets_one_sentence(app: AppTest) -> None:
    app.query_params["data"] = "cuhk01:/nowhere"
    app.run()
    assert not app.exception
    assert any("/nowhere" in t.value for t in app.text)
