import { sankey, sankeyLinkHorizontal } from 'd3-sankey';

/** Where a picture of flows has its parts, in its own units. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly PictureNode[];
  readonly links: readonly { readonly path: string; readonly width: number }[];
}
export interface PictureNode {
  readonly id: string;
  readonly value: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly textX: number;
  readonly textY: number;
  readonly anchor: 'start' | 'end';
}

const WIDTH = 1_000;
const ROW = 40;
const BAR = 16;
/** Room for the names on either side. */
const MARGIN = 320;
const rounded = (value: number): number => Math.round(value * 10) / 10;

interface Place {
  readonly key: string;
  readonly id: string;
}

/**
 * Senders on the left, recipients on the right, in the order in which they are first named. Whoever is both stands on both sides.
 * @param flows each with a number above zero
 */
export const pictureOf = (
  flows: readonly { readonly sender: string; readonly recipient: string; readonly value: number }[],
): Picture => {
  const senders = [...new Set(flows.map(({ sender }) => sender))];
  const recipients = [...new Set(flows.map(({ recipient }) => recipient))];
  const height = Math.max(senders.length, recipients.length, 1) * ROW;
  if (flows.length === 0) return { width: WIDTH, height, nodes: [], links: [] };
  const graph = sankey<Place, object>()
    .nodeId(({ key }) => key)
    .nodeWidth(BAR)
    .nodePadding(ROW / 2)
    .nodeSort(() => 0)
    .linkSort(() => 0)
    .extent([
      [MARGIN, ROW / 4],
      [WIDTH - MARGIN, height - ROW / 4],
    ])({
    nodes: [...senders.map((id) => ({ key: `from ${id}`, id })), ...recipients.map((id) => ({ key: `to ${id}`, id }))],
    links: flows.map(({ sender, recipient, value }) => ({
      source: `from ${sender}`,
      target: `to ${recipient}`,
      value,
    })),
  });
  const line = sankeyLinkHorizontal<Place, object>();
  return {
    width: WIDTH,
    height,
    nodes: graph.nodes.map(({ key, id, value = 0, x0 = 0, x1 = 0, y0 = 0, y1 = 0 }) => {
      const left = key.startsWith('from ');
      return {
        id,
        value,
        x: rounded(x0),
        y: rounded(y0),
        width: rounded(x1 - x0),
        height: Math.max(1, rounded(y1 - y0)),
        textX: rounded(left ? x0 - 8 : x1 + 8),
        textY: rounded((y0 + y1) / 2),
        anchor: left ? 'end' : 'start',
      };
    }),
    links: graph.links.map((link) => ({ path: line(link) ?? '', width: Math.max(1, rounded(link.width ?? 1)) })),
  };
};
