import { AppError } from "@/lib/errors";

test("an AppError that another bundle has thrown is known as one", () => {
  jest.isolateModules(() => {
    const other: typeof import("@/lib/errors") = jest.requireActual("@/lib/errors");
    expect(other.AppError).not.toBe(AppError);
    expect(new other.AppError("not_found", "There is no such thing here.") instanceof AppError).toBe(true);
  });
});

test("nothing else is", () => {
  for (const other of [new Error("no"), null, undefined, "unauthorized", { code: "unauthorized" }]) {
    expect(other instanceof AppError).toBe(false);
  }
});
