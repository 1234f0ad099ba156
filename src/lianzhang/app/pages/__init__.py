"""What the pages show, one use case per view; addresses and markup are the web's business."""
