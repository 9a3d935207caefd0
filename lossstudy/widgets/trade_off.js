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

const tverskyIndex = (alpha, beta, { hit, falsePositive, missed }) =>
  hit / (hit + alpha * falsePositive + beta * missed);

// The mean over both classes: what is missed of the one is a false positive of the other.
function tverskyLoss(alpha, beta, gamma, background) {
  const loss = (outcome) => (1 - tverskyIndex(alpha, beta, outcome)) ** (1 / gamma);
  if (!background) return loss;
  return (point) => {
    const { quiet: hit, missed: falsePositive, falsePositive: missed } = point;
    return (loss(point) + loss({ hit, falsePositive, missed })) / 2;
  };
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
  const { alpha, beta, gamma, share, distance, counted } = values;
  const background = counted === data.both;
  const points = outcomes(values, data);
  const settled = {
    pixelwise: settle(points, ({ missed, falsePositive }) => missed + falsePositive),
    dice: settle(points, tverskyLoss(0.5, 0.5, 1, background)),
    jaccard: settle(points, tverskyLoss(1, 1, 1, background)),
    tversky: settle(points, tverskyLoss(alpha, beta, 1, background)),
    focal_tversky: settle(points, tverskyLoss(alpha, beta, gamma, background)),
  };
  const numbers = {
    "curve.recall": points.map(recallOf),
    "curve.precision": points.map(precisionOf),
    ...measured(values, data),
  };
  for (const [name, point] of Object.entries(settled)) {
    const { cut, hit, falsePositive } = point;
    const margin = distance * cut - distance ** 2 / 2 + Math.log(share / (1 - share));
    numbers[`posterior.${name}`] = 1 / (1 + Math.exp(-margin));
    numbers[`precision.${name}`] = precisionOf(point);
    numbers[`recall.${name}`] = recallOf(point);
    numbers[`iou.${name}`] = tverskyIndex(1, 1, point);
    numbers[`dice.${name}`] = tverskyIndex(0.5, 0.5, point);
    numbers[`index.${name}`] = tverskyIndex(alpha, beta, point);
    numbers[`predicted.${name}`] = (hit + falsePositive) / share;
    numbers[`dot.recall.${name}`] = [recallOf(point)];
    numbers[`dot.precision.${name}`] = [precisionOf(point)];
  }
  numbers.factor = (1 - numbers["index.focal_tversky"]) ** (1 / gamma - 1) / gamma;
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
