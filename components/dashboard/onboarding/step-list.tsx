type StepListProps = { names: readonly string[]; current: number; onGo: (step: number) => void };

/** Where in the onboarding one is. What has been done can be gone back to. */
export function StepList({ names, current, onGo }: StepListProps) {
  return (
    <ol aria-label="Steps" className="flex gap-2">
      {names.map((name, step) => (
        <li
          key={name}
          aria-current={step === current ? "step" : undefined}
          className={`min-w-0 flex-1 border-t-2 text-[14px]/5 ${step <= current ? "border-(--gray-12)" : "border-(--gray-a5)"}`}
        >
          {step < current ? (
            <button
              type="button"
              onClick={() => onGo(step)}
              className="w-full rounded py-2 text-left text-(--gray-11) hover:text-(--gray-12)"
            >
              {name}
              <span className="sr-only">, done, go back</span>
            </button>
          ) : (
            <span className={`block py-2 ${step === current ? "font-medium text-(--gray-12)" : "text-(--gray-11)"}`}>
              {name}
            </span>
          )}
        </li>
      ))}
    </ol>
  );
}
