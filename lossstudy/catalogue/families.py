"""What the losses of a page of the book have in common."""

from typing import NamedTuple


class Page(NamedTuple):
    """A family's page: its title, and an introduction in Markdown."""

    title: str
    introduction: str


PAGES = {
    "pixels": Page(
        "Losses over pixels",
        "A mean over pixels of some function of the pixel's own probability, like cross "
        "entropy, from which these losses differ in the weight they give a pixel. The weight "
        "may come from how hard the pixel is (focal loss {cite}`lin2017focal`, Poly-1 "
        "{cite}`leng2022poly`, mining of hard pixels {cite}`wu2016bridging`), from how frequent "
        "its class is (class weights {cite}`eigen2015predicting,paszke2016enet,cui2019class`), "
        "or from how much of the class is missed at the moment (recall loss "
        "{cite}`tian2022recall`). Label smoothing {cite}`szegedy2016rethinking` changes the "
        "target instead. None of them knows what a region is, and only through such weights is "
        "any of them aware of a class.",
    ),
    "regions": Page(
        "Losses over regions",
        "One minus an overlap of the predicted and the labelled region of each class: Dice "
        "{cite}`milletari2016vnet,sudre2017generalised`, the Jaccard index "
        "{cite}`rahman2016optimizing`, the Tversky index {cite}`salehi2017tversky` and its focal "
        "form {cite}`abraham2019focal`, and the Lovász extension {cite}`berman2018lovasz`. An "
        "overlap is a ratio: each class is divided by its own size, so that a rare class weighs "
        "as much as a frequent one. What it is taken over, pixels of a batch or of an image, "
        "classes that are there or all of them, is left open by the name and decides the result.",
    ),
    "margins": Page(
        "Losses with margins",
        "Cross entropy of logits that are shifted before the softmax, by an amount that depends "
        "on how frequent the classes are: logit adjustment {cite}`menon2021long,ren2020balanced`, "
        "label-distribution-aware margins {cite}`cao2019learning`, and seesaw loss "
        "{cite}`wang2021seesaw`, whose shift also depends on the other class and on the "
        "prediction. The shift is there in training alone. A network that has to overcome it "
        "gives a rare class more room than one that has not; no weight does that, since a weight "
        "only makes pixels louder.",
    ),
    "sums": Page(
        "Sums of losses",
        "A loss over pixels beside a loss over regions: the first has a gradient everywhere, "
        "the second divides by the size of a class. Combo loss {cite}`taghanaki2019combo` is "
        "the one the paper {cite}`khan2021loss` runs. The others differ in which two losses "
        "they add and in who sets the weights: nobody (`cross_entropy_lovasz` "
        "{cite}`berman2018lovasz`, `cross_entropy_jaccard` {cite}`wang2023jaccard`), parameters "
        "tied together (unified focal loss {cite}`yeung2022unified`), or training itself "
        "(`uncertainty` {cite}`kendall2018multi`).",
    ),
}
"""Families of losses, in the order of their pages."""
