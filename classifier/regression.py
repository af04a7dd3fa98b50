"""The regressions that make the heads: multinomial logistic, on vectors and on runs of characters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from classifier.background import draw_talk
from classifier.head import Dense, Floats, Logs, Sparse
from classifier.material import Ids, Prepared
from classifier.ngrams import Rows, build_rows, build_vocabulary
from classifier.verdict import UNRELATED
from domain.signals import LABELS, OFFER_KINDS

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

# Inverse strength of the ridge, chosen by leaving writers out (benchmarks/accuracy.py).
DENSE_C, SPARSE_C = 0.01, 100.0
TITLE_WEIGHT = 0.5
# A verdict's share in a label below which it teaches nothing.
LEAST_SHARE = 0.01


def fit_dense(prepared: Prepared, ids: Ids) -> Dense:
    """The dense view, fitted on the posts `ids`. Vectors are standardised; that is folded into the weights."""
    return _fit_vectors(prepared.vectors[ids], prepared.labels[ids], len(LABELS), prepared.shares_of(ids))


def fit_kinds(prepared: Prepared, ids: Ids) -> Dense:
    """What tells the kinds of an offer apart, fitted on the offers among the posts `ids`."""
    offers = ids[prepared.kinds[ids] >= 0]
    return _fit_vectors(prepared.vectors[offers], prepared.kinds[offers], len(OFFER_KINDS))


def _fit_vectors(given: Floats, labels: Ids, classes: int, shares: Logs | None = None) -> Dense:
    vectors = given.astype(np.float64)
    centre, spread = vectors.mean(0), vectors.std(0) + 1e-9
    weights, bias = fit_labels((vectors - centre) / spread, labels, DENSE_C, classes, shares)
    weights = weights / spread[:, None]
    return Dense(weights.astype(np.float32), (bias - centre @ weights).astype(np.float32))


def fit_sparse(prepared: Prepared, ids: Ids) -> Sparse:
    """The sparse view, fitted on the posts `ids` and on ordinary talk; its weights are rounded to what is kept."""
    from scipy.sparse import hstack

    texts, titles = ([getattr(prepared.framed[index], part) for index in ids] for part in ("text", "title"))
    talk = draw_talk(len(ids))
    texts, titles = texts + talk, titles + [""] * len(talk)
    labels = np.concatenate([prepared.labels[ids], np.full(len(talk), UNRELATED)])
    shares = prepared.shares_of(ids)
    if shares is not None:
        shares = np.concatenate([shares, np.eye(len(LABELS))[labels[len(ids) :]]])
    body, title = build_vocabulary(texts), build_vocabulary(titles)
    parts = (_matrix(build_rows(texts, body), len(body.keys)), _matrix(build_rows(titles, title), len(title.keys)))
    matrix = hstack([parts[0], parts[1] * TITLE_WEIGHT]).tocsr()
    weights, bias = fit_labels(matrix, labels, SPARSE_C, len(LABELS), shares)
    cut = len(body.keys)
    kept = [part.astype(np.float16).astype(np.float32) for part in (weights[:cut], weights[cut:] * TITLE_WEIGHT)]
    return Sparse(body, kept[0], title, kept[1], bias.astype(np.float32))


def fit_labels(
    matrix: npt.NDArray[np.float64] | csr_matrix,
    labels: Ids,
    strength: float,
    classes: int,
    shares: Logs | None = None,
) -> tuple[Logs, Logs]:
    """Multinomial logistic regression: weights [features, classes] and bias [classes], over all labels there can be.

    With `shares` a row counts for each label as much as its share of it. A label without an example gets weights of 0
    and a bias so low that it is never the answer.
    """
    from sklearn.linear_model import LogisticRegression

    weighing = None
    if shares is not None:
        rows, labels = np.nonzero(shares > LEAST_SHARE)
        matrix, weighing = matrix[rows], shares[rows, labels]
    fitted = LogisticRegression(C=strength, max_iter=2000, tol=1e-5).fit(matrix, labels, weighing)
    coefficients, intercepts = fitted.coef_, fitted.intercept_
    if len(coefficients) == 1:
        coefficients, intercepts = np.vstack([-coefficients, coefficients]) / 2, np.repeat(intercepts, 2) * [-0.5, 0.5]
    weights, bias = np.zeros((classes, matrix.shape[1])), np.full(classes, -30.0)
    weights[fitted.classes_], bias[fitted.classes_] = coefficients, intercepts
    return weights.T, bias


def _matrix(rows: Rows, width: int) -> csr_matrix:
    from scipy.sparse import csr_matrix

    return csr_matrix((rows.values, rows.columns, rows.bounds), shape=(len(rows.bounds) - 1, width))
