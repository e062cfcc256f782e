/** Works on all items, on at most `width` at once; the answers are in the order of the items. */
export async function inTurns<Item, Answer>(
  items: readonly Item[],
  width: number,
  work: (item: Item) => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  const queue = items.entries();
  const worker = async () => {
    for (const [n, item] of queue) answers[n] = await work(item);
  };
  await Promise.all(Array.from({ length: width }, worker));
  return answers;
}
