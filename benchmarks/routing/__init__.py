"""Our planner beside OR-Tools, PyVRP and VROOM: same days, same machine, same time, one evaluator for all."""
