"""Rules on money: budgets, prices, purchase options (FC)."""
