interface Corner {
  readonly x: number;
  readonly y: number;
}

/** A smooth line through an edge's corners (quadratic curves that meet halfway between corners). */
export const edgePath = (corners: readonly Corner[]): string => {
  const [first, ...rest] = corners;
  if (!first || rest.length === 0) return '';
  let path = `M${round(first.x)} ${round(first.y)}`;
  for (const [index, corner] of rest.entries()) {
    const next = rest[index + 1];
    if (!next) path += `L${round(corner.x)} ${round(corner.y)}`;
    else
      path += `Q${round(corner.x)} ${round(corner.y)} ${round((corner.x + next.x) / 2)} ${round((corner.y + next.y) / 2)}`;
  }
  return path;
};

const round = (value: number): number => Math.round(value * 10) / 10;
