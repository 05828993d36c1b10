"""What the model must be better than, measured by the same evaluation.

Owns the baselines, one a file, and their list. Refuses to know the network.
"""

from training.baselines.als import Als
from training.baselines.baseline import Baseline
from training.baselines.bpr import Bpr
from training.baselines.ease import Ease
from training.baselines.item_knn import ItemKnn
from training.baselines.popularity import Popularity

BASELINES: dict[str, Baseline] = {each.key: each for each in (Popularity(), ItemKnn(), Ease(), Als(), Bpr())}
