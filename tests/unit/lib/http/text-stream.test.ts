import { textStream } from "@/lib/http/text-stream";

/** Pieces that note how many have been asked for, and whether they were let go. */
function somePieces(count: number, failsAt = Number.POSITIVE_INFINITY) {
  const seen = { made: 0, ended: false };
  async function* pieces() {
    try {
      for (let at = 0; at < count; at += 1) {
        if (at === failsAt) throw new Error("broken");
        seen.made += 1;
        yield `piece ${at}\n`;
      }
    } finally {
      seen.ended = true;
    }
  }
  return { seen, pieces: pieces() };
}

test("all pieces come in order, as UTF-8", async () => {
  async function* words() {
    yield "Grüße ";
    yield "日本";
  }
  expect(await new Response(await textStream(words())).text()).toBe("Grüße 日本");
});

test("nothing but the first piece is made before somebody reads", async () => {
  const { seen, pieces } = somePieces(1_000);
  const stream = await textStream(pieces);
  expect(seen.made).toBe(1);
  const reader = stream.getReader();
  await reader.read();
  await reader.read();
  expect(seen.made).toBeLessThanOrEqual(3);
});

test("whoever leaves ends the work", async () => {
  const { seen, pieces } = somePieces(1_000);
  const stream = await textStream(pieces);
  const reader = stream.getReader();
  await reader.read();
  await reader.cancel();
  expect(seen).toEqual({ made: 1, ended: true });
});

test("what fails at the beginning can still be answered as an error", async () => {
  await expect(textStream(somePieces(3, 0).pieces)).rejects.toThrow("broken");
});

test("what fails later breaks the answer off, so that half of it is not taken for the whole", async () => {
  const response = new Response(await textStream(somePieces(3, 2).pieces));
  await expect(response.text()).rejects.toThrow("broken");
});

test("an answer without pieces is an empty one", async () => {
  expect(await new Response(await textStream(somePieces(0).pieces)).text()).toBe("");
});
