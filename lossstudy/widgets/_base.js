// What all explorers share. The script of an explorer follows and ends in
// explore({ compute, show }): compute(values, data) returns the numbers, as Python's compute does;
// show(root, numbers, values, data), if there is one, draws what needs more than the marks below.

const root = document.currentScript.closest(".explorer");

function textOf(value, format) {
  if (value === null) return "–";
  const percent = format.endsWith("%");
  const text = (percent ? 100 * value : value).toFixed(parseInt(format));
  return (Number(text) === 0 ? text.replace("-", "") : text) + (percent ? " %" : "");
}

function valueOf(input) {
  if (input.type === "checkbox") return input.checked;
  return input.dataset.stops ? JSON.parse(input.dataset.stops)[input.value] : input.value;
}

function place(value, axis) {
  const [low, high] = axis.split(" ").map(Number);
  const part = axis.endsWith("log")
    ? Math.log(Math.max(value, 1e-300) / low) / Math.log(high / low)
    : (value - low) / (high - low);
  return Math.min(Math.max(part, -1), 2);
}

// The points that two lists of numbers make in the plot of a path, null where one has no number.
function pointsOf(path, names, numbers) {
  const plot = path.parentNode;
  const [across, up] = names.split(" ").map((name) => numbers[name]);
  const [width, height] = [plot.getAttribute("width"), plot.getAttribute("height")];
  return across.map((x, i) => {
    if (x === null || up[i] === null) return null;
    const left = place(x, plot.dataset.x) * width;
    const down = (1 - place(up[i], plot.dataset.y)) * height;
    return `${left.toFixed(1)},${down.toFixed(1)}`;
  });
}

function drawLine(path, numbers) {
  const points = pointsOf(path, path.dataset.line, numbers);
  const parts = points.map((point, i) => point && `${points[i - 1] ? "L" : "M"}${point}`);
  path.setAttribute("d", parts.join(""));
}

function drawDots(path, numbers) {
  const points = pointsOf(path, path.dataset.dots, numbers).filter((point) => point !== null);
  path.setAttribute("d", points.map((point) => `M${point}${path.dataset.shape}`).join(""));
}

function drawCursor(line, numbers) {
  const plot = line.parentNode;
  const at = place(numbers[line.dataset.at], plot.dataset.x) * plot.getAttribute("width");
  line.setAttribute("x1", at);
  line.setAttribute("x2", at);
}

function drawPixels(svg, numbers) {
  const columns = Number(svg.dataset.columns);
  const paths = [...svg.querySelectorAll("path")];
  const outlines = paths.map(() => "");
  numbers[svg.dataset.pixels].forEach((pixel, i) => {
    const level = Math.min(Math.floor(pixel * paths.length + 0.5), paths.length);
    if (level > 0) outlines[level - 1] += `M${i % columns} ${Math.floor(i / columns)}h1v1h-1z`;
  });
  paths.forEach((path, i) => path.setAttribute("d", outlines[i]));
}

const marks = {
  "[data-number]": (mark, numbers) => {
    mark.textContent = textOf(numbers[mark.dataset.number], mark.dataset.format);
  },
  "[data-text]": (mark, numbers) => {
    mark.textContent = numbers[mark.dataset.text];
  },
  "[data-length]": (mark, numbers) => {
    mark.style.width = `${100 * numbers[mark.dataset.length]}%`;
  },
  "[data-line]": drawLine,
  "[data-dots]": drawDots,
  "[data-at]": drawCursor,
  "[data-pixels]": drawPixels,
};

function explore({ compute, show }) {
  const data = JSON.parse(root.querySelector("script[type='application/json']").textContent);
  const inputs = [...root.querySelectorAll(".controls [name]")];

  function update() {
    const values = Object.fromEntries(inputs.map((input) => [input.name, valueOf(input)]));
    const numbers = compute(values, data);
    for (const [selector, draw] of Object.entries(marks)) {
      for (const mark of root.querySelectorAll(selector)) draw(mark, numbers);
    }
    show?.(root, numbers, values, data);
  }

  root.addEventListener("input", ({ target }) => {
    if (target.dataset.stops) {
      const text = textOf(valueOf(target), target.dataset.format);
      target.setAttribute("aria-valuetext", text);
      target.closest("div").querySelector("output").textContent = text;
    }
    update();
  });
  root.compute = (values) => compute(values, data);
  update();
}
