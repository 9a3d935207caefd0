// One pixel of a class goes from 0 to 1, all others stay.

function compute({ class_pixels: classPixels, others, p_t: chosen, ...parameters }, data) {
  const at = (own) =>
    effects(
      [
        { own, label: 1, count: 1 },
        { own: others, label: 1, count: classPixels - 1 },
        { own: others, label: 0, count: data.pixels - classPixels },
      ],
      parameters,
    );
  const rest = at(1);
  const points = data.curve.map(at);
  const here = at(chosen);
  const numbers = { curve: data.curve, p_t: chosen };
  for (const name of Object.keys(rest)) {
    numbers[`cost.${name}`] = points.map((point) => point[name].cost - rest[name].cost);
    numbers[`push.${name}`] = points.map((point) => point[name].push[0]);
    numbers[`here.cost.${name}`] = here[name].cost - rest[name].cost;
    numbers[`here.push.${name}`] = here[name].push[0];
  }
  return numbers;
}

explore({ compute });
