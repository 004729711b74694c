"""The account of the sample project, whose people are invented: no secret, and said wherever it is used."""

USER, PASSWORD = "演示", "Zhuyuan-3cun"
