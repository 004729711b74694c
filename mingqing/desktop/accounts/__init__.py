"""The accounts page: who may open the project, as what, where; and what protects it as a whole."""
