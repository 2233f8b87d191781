/**
 * The body of an answer that is made while it is being read, so that nothing is made before, or after the reader has left. Its
 * first piece is there when this resolves: what fails until then can still be answered as an error. What fails later breaks the
 * answer off, so that nobody takes half of it for the whole.
 */
export async function textStream(pieces: AsyncGenerator<string>): Promise<ReadableStream<Uint8Array>> {
  const encoder = new TextEncoder();
  let next: IteratorResult<string> | undefined = await pieces.next();
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = next ?? (await pieces.next());
        next = undefined;
        if (done) controller.close();
        else controller.enqueue(encoder.encode(value));
      },
      async cancel() {
        await pieces.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
}
