// Recorded curves; which of them, is all that is computed here.

function compute({ label, step }, { classes, shares, steps, curves }) {
  const c = classes.indexOf(label);
  const at = steps.indexOf(step);
  const numbers = { steps, step, label, share: shares[c] };
  for (const [name, all] of Object.entries(curves)) {
    numbers[`chosen.${name}`] = all[c];
    numbers[`here.${name}`] = all[c][at];
    all.forEach((curve, k) => {
      numbers[`at.${name}.${k}`] = curve[at];
    });
  }
  return numbers;
}

explore({ compute });
