import "@testing-library/jest-dom";
import { act, fireEvent, render, screen } from "@testing-library/react";
import ErrorPage from "@/app/error";
import NotFound from "@/app/not-found";

test("a page that does not exist says so and leads back", () => {
  render(<NotFound />);
  expect(screen.getByRole("heading", { level: 1 })).toHaveTextContent("This page does not exist");
  expect(screen.getByRole("link", { name: "Go to the start page" })).toHaveAttribute("href", "/");
});

test("a page that failed says what is safe, can be tried again, and shows a reference but not the error", async () => {
  const retry = jest.fn();
  render(<ErrorPage error={Object.assign(new Error("SECRET cause"), { digest: "1234" })} retry={retry} />);
  expect(screen.getByRole("main")).toHaveTextContent("Your XP is safe");
  expect(screen.getByRole("main")).toHaveTextContent("1234");
  expect(screen.getByRole("main")).not.toHaveTextContent("SECRET");
  await act(async () => void fireEvent.click(screen.getByRole("button", { name: "Try now" })));
  expect(retry).toHaveBeenCalledTimes(1);
});
