// Recorded pictures and scores; which of them, is all that is computed here.

function compute({ scene, wipe, step, ...names }, { scenes, truth, last, classes }) {
  const { photograph, truth: target, losses } = scenes[scene];
  const numbers = { photograph, wipe };
  const found = {};
  for (const side of ["left", "right"]) {
    const name = names[side];
    const { picture, iou, mean, present } = name === truth ? target : losses[name][step ?? last];
    found[side] = { iou, present };
    numbers[`name.${side}`] = name;
    numbers[`picture.${side}`] = picture;
    numbers[`mean.${side}`] = mean;
    iou.forEach((value, c) => {
      numbers[`iou.${side}.${c}`] = value;
    });
  }
  const present = new Set([...found.left.present, ...found.right.present]);
  classes.forEach((name, c) => {
    const [left, right] = [found.left.iou[c], found.right.iou[c]];
    numbers[`difference.${c}`] = left === null || right === null ? null : right - left;
    numbers[`class.${c}`] = present.has(c) ? name : "";
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
