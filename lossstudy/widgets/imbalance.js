// A disc of foreground that grows; margins of the logits are those of the classes plus noise.

const sum = (list) => list.reduce((total, item) => total + item, 0);

function compute(values, { noise, rank, easy }) {
  const pixels = noise.map((offset, i) => {
    const label = rank[i] < values.foreground ? 1 : 0;
    const margin = offset + (label ? values.margin_foreground : values.margin_background);
    return { own: 1 / (1 + Math.exp(-margin)), label, count: 1 };
  });
  const isEasy = ({ own, label }) => label === 0 && own >= easy;
  const numbers = {
    share: values.foreground / pixels.length,
    easy: pixels.filter(isEasy).length / (pixels.length - values.foreground),
    target: pixels.map(({ label }) => label),
    predicted: pixels.map(({ own, label }) => (label ? own : 1 - own)),
  };
  for (const [name, { cost, push }] of Object.entries(effects(pixels, values))) {
    const largest = Math.max(...push);
    const whole = sum(push);
    const foreground = sum(push.filter((_, i) => pixels[i].label === 1));
    const onEasy = sum(push.filter((_, i) => isEasy(pixels[i])));
    numbers[`value.${name}`] = cost / pixels.length;
    numbers[`gradient.foreground.${name}`] = foreground;
    numbers[`gradient.background.${name}`] = whole - foreground;
    numbers[`share.foreground.${name}`] = foreground / whole;
    numbers[`share.hard.${name}`] = (whole - foreground - onEasy) / whole;
    numbers[`share.easy.${name}`] = onEasy / whole;
    numbers[`where.${name}`] = push.map((size) => size / largest);
  }
  return numbers;
}

explore({ compute });
