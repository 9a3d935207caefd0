// Recorded pictures and scores; which of them, is all that is computed here.

function compute({ scene, wipe, step, ...names }, { scenes, truth, last }) {
  const { photograph, truth: target, losses } = scenes[scene];
  const numbers = { photograph, wipe };
  const found = {};
  for (const side of ["left", "right"]) {
    const name = names[side];
    const { picture, iou } = name === truth ? target : losses[name][step ?? last];
    const known = iou.filter((value) => value !== null);
    found[side] = iou;
    numbers[`name.${side}`] = name;
    numbers[`picture.${side}`] = picture;
    numbers[`mean.${side}`] = known.reduce((sum, value) => sum + value, 0) / known.length;
    iou.forEach((value, c) => {
      numbers[`iou.${side}.${c}`] = value;
    });
  }
  found.left.forEach((left, c) => {
    const right = found.right[c];
    numbers[`difference.${c}`] = left === null || right === null ? null : right - left;
  });
  return numbers;
}

function show(root, { wipe, ...numbers }) {
  for (const image of root.querySelectorAll("[data-picture]")) {
    image.src = numbers[image.dataset.picture];
  }
  root.querySelector(".over").style.clipPath = `inset(0 0 0 ${100 * wipe}%)`;
  root.querySelector(".edge").style.left = `${100 * wipe}%`;
}

explore({ compute, show });
