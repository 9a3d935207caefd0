// Means of a table over the classes that are ticked.

const keyOf = (name) => name.replaceAll(" ", "_");

function totalOf(list, kept) {
  return list.reduce((total, value, r) => total + (kept[r] && value !== null ? value : 0), 0);
}

function meanOf(list, kept) {
  const known = list.filter((value, r) => kept[r] && value !== null);
  return known.length ? known.reduce((total, value) => total + value, 0) / known.length : null;
}

function rankOf(mean, means) {
  if (mean === null) return null;
  return 1 + means.filter((other) => other !== null && other > mean + 1e-9).length;
}

function compute(values, { tables, rows }) {
  const { classes, columns, iou, gained, reference } = tables[values.table];
  const kept = classes.map((name) => values[keyOf(name)]);
  const all = classes.map(() => true);
  const [now, before] = [gained, reference].map((name) => columns.indexOf(name));
  const difference = iou.map((row) =>
    row[now] === null || row[before] === null ? null : row[now] - row[before],
  );
  const total = totalOf(difference, kept);
  const everything = totalOf(difference, all);
  const shares = difference.map((d, r) =>
    kept[r] && d !== null && Math.abs(total) > 1e-9 ? d / total : null,
  );
  const known = shares.filter((share) => share !== null);
  const top = known.length ? shares.indexOf(Math.max(...known)) : null;
  const without = kept.map((keep, r) => keep && r !== top);
  const numbers = {
    "count.all": classes.length,
    "count.kept": kept.filter(Boolean).length,
    "count.out": kept.filter((keep) => !keep).length,
    "out.share": Math.abs(everything) > 1e-9 ? 1 - total / everything : null,
    "gain.of": `${gained} − ${reference}`,
    "gain.all": meanOf(difference, all),
    "gain.kept": meanOf(difference, kept),
    "top.class": top === null ? "no class" : classes[top],
    "top.share": top === null ? null : shares[top],
    "top.without": top === null ? null : meanOf(difference, without),
  };
  columns.forEach((name, i) => {
    numbers[`column.${i}`] = name;
  });
  for (const [which, chosen] of [["all", all], ["kept", kept]]) {
    const means = columns.map((_, i) => meanOf(iou.map((row) => row[i]), chosen));
    means.forEach((mean, i) => {
      numbers[`mean.${which}.${i}`] = mean;
      numbers[`rank.${which}.${i}`] = rankOf(mean, means);
    });
  }
  for (let r = 0; r < rows; r++) {
    numbers[`class.${r}`] = classes[r] ?? "";
    numbers[`difference.${r}`] = difference[r] ?? null;
    numbers[`share.${r}`] = shares[r] ?? null;
    columns.forEach((_, i) => {
      numbers[`iou.${r}.${i}`] = iou[r]?.[i] ?? null;
    });
  }
  return numbers;
}

// Only the classes of the table have a box to tick.
function show(root, numbers, { table }, { tables }) {
  const shown = new Set(tables[table].classes.map(keyOf));
  for (const box of root.querySelectorAll(".controls [type='checkbox']")) {
    box.closest("div").style.display = shown.has(box.name) ? "" : "none";
  }
}

explore({ compute, show });
