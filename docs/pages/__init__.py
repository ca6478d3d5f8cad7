"""The pages of the site that are made from the package: models, verdicts, commands, examples, figures."""
