console.log("The digest example is not written yet.");
