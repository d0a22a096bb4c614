"""The forms of data that have an owner who laid them out, in the order in which a folder is compared with them."""

from reidviz.data.formats.cuhk01 import CUHK01
from reidviz.data.formats.cuhk03 import CUHK03, CUHK03_DETECTED
from reidviz.data.formats.cuhk03_pair import CUHK03_PAIR
from reidviz.data.formats.ilids import ILIDS
from reidviz.data.formats.market1501 import MARKET1501
from reidviz.data.formats.msmt17 import MSMT17
from reidviz.data.formats.prid2011 import PRID2011
from reidviz.data.formats.viper import VIPER

OWNERS = (CUHK03, CUHK03_DETECTED, VIPER, PRID2011, CUHK01, CUHK03_PAIR, MARKET1501, MSMT17, ILIDS)
