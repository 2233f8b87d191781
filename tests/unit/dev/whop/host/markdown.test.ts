import { piecesOf, plain } from "@/dev/whop/host/client/markdown";

test("what is escaped is text without its backslash, and what is not Markdown stays as it is", () => {
  expect(piecesOf("Mia\\_M \\*\\*is\\*\\* 5 * 3 C:\\dir")).toEqual([
    { kind: "text", text: "Mia_M **is** 5 * 3 C:\\dir" },
  ]);
});

test("bold, with escapes in it, and lines that break", () => {
  expect(piecesOf("**Mia\\*M** · level 5  \n790 XP")).toEqual([
    { kind: "bold", text: "Mia*M" },
    { kind: "text", text: " · level 5" },
    { kind: "break" },
    { kind: "text", text: "790 XP" },
  ]);
});

test("an address is a link, without the stop behind it, and only of the web", () => {
  expect(piecesOf("See https://wee5.app/card?a=1. javascript:alert(1)")).toEqual([
    { kind: "text", text: "See " },
    { kind: "link", url: "https://wee5.app/card?a=1" },
    { kind: "text", text: ". javascript:alert(1)" },
  ]);
});

test("in one line all of it is words", () => {
  expect(plain("**Mia**  \nhttps://wee5.app")).toBe("Mia https://wee5.app");
});
