"""The crawl as a whole: what each source wants asked, round after round, and the way of the answers into the warehouse."""
