import "@testing-library/jest-dom";
import { fireEvent, render, screen } from "@testing-library/react";
import ErrorPage from "@/app/error";
import NotFound from "@/app/not-found";
import StartPage from "@/app/page";

test("the start page says what WEE5 is and where to see that it runs", () => {
  render(<StartPage />);
  expect(screen.getByRole("heading", { level: 1 })).toHaveTextContent("WEE5");
  expect(screen.getByRole("main")).toHaveTextContent("Every act is counted once");
  expect(screen.getByRole("link", { name: "Is everything running?" })).toHaveAttribute("href", "/api/health");
});

test("a page that does not exist says so and leads back", () => {
  render(<NotFound />);
  expect(screen.getByRole("heading", { level: 1 })).toHaveTextContent("This page does not exist");
  expect(screen.getByRole("link", { name: "Go to the start page" })).toHaveAttribute("href", "/");
});

test("a page that failed says what is safe, can be tried again, and shows a reference but not the error", () => {
  const retry = jest.fn();
  render(<ErrorPage error={Object.assign(new Error("SECRET cause"), { digest: "1234" })} retry={retry} />);
  expect(screen.getByRole("main")).toHaveTextContent("Your XP is safe");
  expect(screen.getByRole("main")).toHaveTextContent("1234");
  expect(screen.getByRole("main")).not.toHaveTextContent("SECRET");
  fireEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(retry).toHaveBeenCalledTimes(1);
});
