// Rare foreground and background with scores a given distance apart, cut at one place; and what
// the networks of recorded runs made of the same trade-off.

// What comes of predicting foreground above each cut, in shares of all pixels.
function outcomes({ share, distance }, { low, step, cuts, tails }) {
  const shift = Math.round(distance / step);
  return Array.from({ length: cuts }, (_, i) => ({
    cut: low + i * step,
    hit: share * tails[i + tails.length - cuts - shift],
    missed: share * (1 - tails[i + tails.length - cuts - shift]),
    falsePositive: (1 - share) * tails[i + tails.length - cuts],
    quiet: (1 - share) * (1 - tails[i + tails.length - cuts]),
  }));
}

function tverskyLoss(alpha, beta, gamma) {
  const index = (hit, falsePositive, missed) =>
    hit / (hit + alpha * falsePositive + beta * missed);
  return ({ hit, missed, falsePositive, quiet }) =>
    ((1 - index(hit, falsePositive, missed)) ** (1 / gamma) +
      (1 - index(quiet, missed, falsePositive)) ** (1 / gamma)) / 2;
}

// With as many foreground as background pixels there can be two minima; the lower cut is taken.
function settle(points, loss) {
  const values = points.map(loss);
  const least = Math.min(...values);
  return points[values.findIndex((value) => value <= least + 1e-9)];
}

const recallOf = ({ hit, missed }) => hit / (hit + missed);
const precisionOf = ({ hit, falsePositive }) => hit / (hit + falsePositive);

function compute(values, data) {
  const { alpha, beta, gamma, share, distance } = values;
  const points = outcomes(values, data);
  const settled = {
    pixelwise: settle(points, ({ missed, falsePositive }) => missed + falsePositive),
    dice: settle(points, tverskyLoss(0.5, 0.5, 1)),
    tversky: settle(points, tverskyLoss(alpha, beta, 1)),
    focal_tversky: settle(points, tverskyLoss(alpha, beta, gamma)),
  };
  const numbers = {
    "curve.recall": points.map(recallOf),
    "curve.precision": points.map(precisionOf),
    ...measured(values, data),
  };
  for (const [name, point] of Object.entries(settled)) {
    const { cut, hit, missed, falsePositive } = point;
    const margin = distance * cut - distance ** 2 / 2 + Math.log(share / (1 - share));
    numbers[`posterior.${name}`] = 1 / (1 + Math.exp(-margin));
    numbers[`precision.${name}`] = precisionOf(point);
    numbers[`recall.${name}`] = recallOf(point);
    numbers[`iou.${name}`] = hit / (hit + missed + falsePositive);
    numbers[`predicted.${name}`] = (hit + falsePositive) / share;
    numbers[`dot.recall.${name}`] = [recallOf(point)];
    numbers[`dot.precision.${name}`] = [precisionOf(point)];
  }
  return numbers;
}

function measured({ runs, loss, label }, { groups, losses, reference }) {
  const { classes, scores } = groups[runs];
  const none = { precision: classes.map(() => null), recall: classes.map(() => null) };
  const [before, after] = [reference, loss].map((name) => scores[name] ?? none);
  const chosen = classes.indexOf(label);
  const numbers = { runs, loss, label };
  for (const measure of ["precision", "recall"]) {
    const [from, to] = [before[measure], after[measure]];
    numbers[`reference.${measure}`] = from;
    numbers[`chosen.${measure}`] = to;
    numbers[`shift.${measure}`] = from.flatMap((start, c) => [start, to[c], null]);
    numbers[`label.${measure}`] = [from[chosen] ?? null, to[chosen] ?? null];
  }
  losses.forEach((name, i) => {
    const found = scores[name];
    for (const measure of ["precision", "recall", "iou"]) {
      numbers[`measured.${measure}.${i}`] = found?.[measure][chosen] ?? null;
    }
    numbers[`measured.n.${i}`] = found?.n ?? 0;
  });
  return numbers;
}

explore({ compute });
