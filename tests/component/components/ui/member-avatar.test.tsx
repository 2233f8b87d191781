import "@testing-library/jest-dom";
import { fireEvent, render } from "@testing-library/react";
import { MemberAvatar } from "@/components/ui/member-avatar";

const picture = (container: HTMLElement) => container.querySelector("img");

beforeEach(() => {
  // jsdom loads no pictures and calls each of them complete and empty.
  jest.spyOn(HTMLImageElement.prototype, "complete", "get").mockReturnValue(false);
});

test("a picture is fetched late, and its host does not learn where from", () => {
  const { container } = render(<MemberAvatar name="Robin" pictureUrl="https://pictures.example/robin.png" size={36} />);
  expect(picture(container)).toHaveAttribute("src", "https://pictures.example/robin.png");
  expect(picture(container)).toHaveAttribute("loading", "lazy");
  expect(picture(container)).toHaveAttribute("referrerpolicy", "no-referrer");
});

test.each([
  "javascript:alert(1)",
  "data:text/html,<script>alert(1)</script>",
  "blob:https://a.example/1",
  "//no-protocol.example/a.png",
  "not an address",
  "/api/me",
  "/people/../api/me.svg",
  "",
])("an address that is no picture's is not fetched: %s", (pictureUrl) => {
  const { container } = render(<MemberAvatar name="Robin" pictureUrl={pictureUrl} size={36} />);
  expect(picture(container)).toBeNull();
  expect(container).toHaveTextContent("R");
});

test("our own drawings are shown", () => {
  const { container } = render(<MemberAvatar name="Robin" pictureUrl="/people/robin.svg" size={36} />);
  expect(picture(container)).toHaveAttribute("src", "/people/robin.svg");
});

test("the initial is left where the picture does not load", () => {
  const { container } = render(<MemberAvatar name="Robin" pictureUrl="https://pictures.example/gone.png" size={36} />);
  const image = picture(container);
  if (image) fireEvent.error(image);
  expect(picture(container)).toBeNull();
  expect(container).toHaveTextContent("R");
});

test("a picture that failed before the page came alive is not left broken", () => {
  jest.spyOn(HTMLImageElement.prototype, "complete", "get").mockReturnValue(true);
  const { container } = render(<MemberAvatar name="Robin" pictureUrl="https://pictures.example/gone.png" size={36} />);
  expect(picture(container)).toBeNull();
});

test("a new picture gets its chance after one that failed", () => {
  const { container, rerender } = render(<MemberAvatar name="R" pictureUrl="https://a.example/1.png" size={36} />);
  const image = picture(container);
  if (image) fireEvent.error(image);
  rerender(<MemberAvatar name="R" pictureUrl="https://a.example/2.png" size={36} />);
  expect(picture(container)).toHaveAttribute("src", "https://a.example/2.png");
});

test.each([
  ["ملك", "م"],
  ["🦊 Fox", "🦊"],
  ["\u202eevil", "E"],
  ["  ada", "A"],
])("the initial of %s is %s", (name, initial) => {
  const { container } = render(<MemberAvatar name={name} pictureUrl={null} size={36} />);
  expect(container.textContent).toBe(initial);
});

test("who hides their name has an eye in place of a letter", () => {
  const { container } = render(<MemberAvatar name={null} pictureUrl={null} size={36} />);
  expect(container.textContent).toBe("");
  expect(container.querySelector("svg")).not.toBeNull();
});
