from streamlit.testing.v1 import AppTest

from reidviz.ui.background.jobs import board
from tests.pages.conftest import rows, settled, wait_for_work


def texts(app: AppTest) -> str:
    shown = "\n".join(str(e.value) for e in [*app.title, *app.markdown, *app.caption, *app.info, *app.warning])
    return shown.replace("\\", "")


def test_home_shows_every_reading_with_its_figures(app: AppTest) -> None:
    settled(app)
    assert not app.exception
    assert app.title[0].value == "reidviz"
    table = rows(app)
    assert list(table) == ["mtdnet-rnk", "mtdnet-cls", "mtdnet", "mtdtrp", "mtdnet-fused"]
    for numbers in table.values():
        rank1, rank5, rank10, rank20, mean_ap = numbers
        assert 0 <= rank1 <= mean_ap <= rank5 <= rank10 <= rank20 == 100
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
    assert any("nowhere" in t.value and "/nowhere" not in t.value for t in app.text)


def test_another_data_set_starts_with_its_own_protocol_and_models(app: AppTest) -> None:
    app.query_params["protocol"] = "half:5"
    settled(app)
    app.sidebar.multiselect(key="models").set_value(["mtdnet"]).run()
    app.sidebar.selectbox(key="data").set_value("synthetic:viper").run()
    assert not app.exception
    assert app.sidebar.selectbox(key="protocol").value == "half:0"
    assert len(app.sidebar.multiselect(key="models").value) == 5
    for _, job in board():
        job.cancel()
    wait_for_work()
