// Cross entropy, focal, Dice and combo of an image of two classes, both present, as the package
// lossstudy.losses defines them. Pixels come in groups: `own` is the probability of their own
// class, `label` that class, 0 or 1, `count` how many they are. In units of one pixel of cross
// entropy: `cost` is the loss of the image, `push` minus its gradient with respect to the own
// logit of one pixel of each group.

const SMOOTH = 1;

function effects(groups, { gamma, lam, alpha }) {
  const total = groups.reduce((sum, { count }) => sum + count, 0);
  const pixelwise = (loss, push) => ({
    cost: groups.reduce((sum, { own, count }) => sum + count * loss(own), 0),
    push: groups.map(({ own }) => push(own)),
  });
  const crossEntropy = pixelwise((p) => -Math.log(p), (p) => 1 - p);
  const focal = pixelwise(
    (p) => -((lam - p) ** gamma) * Math.log(p),
    (p) => ((lam - p) ** gamma - gamma * p * (lam - p) ** (gamma - 1) * Math.log(p)) * (1 - p),
  );

  const [hit, mass] = [[0, 0], [SMOOTH, SMOOTH]];
  for (const { own, label, count } of groups) {
    hit[label] += count * own;
    mass[label] += count * (own + 1);
    mass[1 - label] += count * (1 - own);
  }
  const overlap = [0, 1].map((c) => (2 * hit[c] + SMOOTH) / mass[c]);
  const dice = {
    cost: total * (1 - (overlap[0] + overlap[1]) / 2),
    push: groups.map(({ own, label }) => {
      const more = (2 - overlap[label]) / mass[label];
      const less = overlap[1 - label] / mass[1 - label];
      return (total * own * (1 - own) * (more + less)) / 2;
    }),
  };

  const mix = (a, b) => alpha * a + (1 - alpha) * b;
  const combo = {
    cost: mix(crossEntropy.cost, dice.cost),
    push: groups.map((_, i) => mix(crossEntropy.push[i], dice.push[i])),
  };
  return { cross_entropy: crossEntropy, focal, dice, combo };
}
